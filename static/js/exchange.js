// The page of an exchange: its reply, followed while it is under way, and the key that sends again.

import "./following.js";
import "./again.js";
import "./reply.js";

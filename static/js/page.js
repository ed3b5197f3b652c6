// What every page does; joined to one file when static files are collected.

import "./requests.js";
import "./toasts.js";
import "./dialogs.js";
import "./copy.js";
import "./hidden_characters.js";
import "./tooltips.js";
import "./finder.js";
import "./job_news.js";

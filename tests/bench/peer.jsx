// react-jsonschema-form with a preview, the way its documentation shows it. `watching.js` looks at
// the same places as in the builder: #main[data-ready] and the lines of #preview.

import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import React, { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const { schema, document: start } = JSON.parse(document.getElementById("sample").textContent);

function Peer() {
  const [data, setData] = useState(start);
  useEffect(() => document.getElementById("main").setAttribute("data-ready", ""), []);
  return (
    <>
      <Form schema={schema} formData={data} validator={validator} onChange={(event) => setData(event.formData)} />
      <pre id="preview"><code className="line">{JSON.stringify(data, null, 2)}</code></pre>
    </>
  );
}

createRoot(document.getElementById("main")).render(<Peer />);

"""OpenAPI documents of the APIs we speak, and what is read from them.

JSON Schema says most of what a form and the rule book need. What it cannot say stands in
these keys, on a schema unless said otherwise:

- `x-widget`: `grid`, `steps`, `accounts`, `parameters`, `attachments`, `tags`, `key-value` or
  `json`, where the type alone would give a poorer field. `x-unit`: what a number counts.
- `x-section` (on a property) and `x-sections` (on the body): headings of the form, in order.
- `x-words`: a sentence with places for the fields of an object, and `x-choice-words`: what the
  values of an `enum` are called there and in the list.
- `x-item`: what one item of an array is called in sentences (`Step`, `Row`, `File`).
- `x-says`: the sentence's end where a value does not fit, `x-type-says` where its type does not.
- `x-unknown-fields: warning`: a field the table does not name is pointed out, and sent.
- `x-read-as`: the name that the API's own templates know a key of this object by; `KEY` stands
  for the key.
- `x-secret: true`: the value is a credential.
- `x-paste: cookies`: pasted cookies are taken apart into this object.
- `x-starts-with`: by integration, the fields an account of it begins with.
- `x-from`: `workflow.name`, `workflow.inputs`, `workflow.steps`, `step.parameters`, `step.uid`:
  where a default payload takes the value from a workflow's definition.
- `x-modes`: ways that exclude each other. `property` names the field that chooses, `default`
  its value when it is left out; each of `modes` has `value` (null: the field is left out),
  `title` and the `fields` that belong to it.
- `x-used-when`: `{property: [values]}`, and `x-unused-with`: `[properties]`: where the API
  reads the field, and beside which fields it does not.
- `x-list`: an operation lists the values of this field (see `apis.lists.ListRule`).
- `x-one-of`: `{title: [fields]}`: exactly one of these groups must be filled, completely.
- `x-explicit: true`: a payload should say the value even if it is the default.
- `x-rules`: names of rules in `payload/rules` that read the whole document.

On an operation: `x-verdict` (see `VerdictRule`), `x-find-out` (sentences for an answer that was
lost), `x-harmless: true` (fit for testing a connection), `x-deduplication`, `x-most-bytes`
(how large a body may be), `x-repeat` (pointers of the body that tell a repeating call: its
`name`, `unit` and `every`), `x-ends-repeat` (the path field that names the repeat this call
ends). On a document:
`x-id`, `x-order` (among the documents) and `x-credential` (see `Credential`). Where there are
several sentences, the first one whose `{places}` can all be filled is said.
"""

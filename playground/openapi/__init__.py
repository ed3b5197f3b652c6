"""OpenAPI documents of the built-in APIs, and what is read from them.

JSON Schema describes most of what a form and the rules need. The rest is in these keys, on a
schema unless noted otherwise:

- `x-widget`: `grid`, `steps`, `accounts`, `parameters`, `attachments`, `file`, `tags`,
  `key-value` or `json`, where the type alone would give a poorer field.
- `x-unit`: the unit of a number.
- `x-show: all`: the form draws all keys of the object; others draw those that are required or
  in the document, and offer the rest.
- `x-section` (on a property) and `x-sections` (on the body): headings of the form, in order.
- `x-summary`: a sentence with placeholders for the fields of an object, and `x-choice-labels`:
  the labels of an `enum`'s values in that sentence and in the list.
- `x-item`: what messages call one item of an array (`Step`, `Row`, `File`).
- `x-message`: the end of the message for a value that doesn't fit, `x-type-message` for one of
  another type.
- `x-unknown-fields: warning`: the documentation is complete, so other fields get a warning.
- `x-read-as`: the name of a key of this object in the API's own templates; `KEY` is the key.
- `x-secret: true`: the value is a credential.
- `x-paste: cookies`: pasted cookies are split into this object.
- `x-starts-with`: by integration, the fields that an account update starts with.
- `x-from`: `workflow.name`, `workflow.inputs`, `workflow.steps`, `step.parameters` or `step.uid`:
  where a default payload takes the value from a workflow's definition.
- `x-modes`: union branches. `property` names the field that chooses, `default` its value when it
  is left out; each of `modes` has a `value` (null: the field is left out), a `title` and the
  `fields` of the branch.
- `x-used-when`: `{property: [values]}`, and `x-unused-with`: `[properties]`: where the API reads
  the field, and beside which fields it doesn't.
- `x-usual-minimum`: a smaller number gets a warning.
- `x-list`: an operation lists the values of this field (see `documents.ListRule`).
- `x-one-of`: `{title: [fields]}`: exactly one of these groups must be filled, completely.
- `x-explicit: true`: a payload should have the value even if it is the default.
- `x-rules`: names of rules in `playground/rules` that check the whole document.

On an operation: `x-verdict` (see `VerdictRule`), `x-unknown-advice` (what to do if it is unknown
whether a call arrived), `x-harmless: true` (may be used to test a connection),
`x-deduplication`, `x-max-bytes` (the largest body allowed), `x-repeat` (pointers of a repeating
call: its `name`, `unit` and `every`), `x-ends-repeat` (the path field that names the repeat this
call ends). Its `responses` are what a success must be: a documented status and media type, and
a body with the `required` properties (see `responses.find_mismatch`). On a document: `x-id`,
`x-order` (among the documents) and `x-credential` (see `Credential`: `headers`, `query` and
`cookies` are templates such as `Bearer {token}` or `Basic {user:password}`). Of several messages
the first one whose placeholders can all be filled is shown.
"""

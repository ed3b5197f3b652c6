// Fragments that our own templates drew; what people typed was escaped there.

// The elements of a fragment, ready to be put into the page.
export function elementsOf(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.children].map((each) => document.adoptNode(each));
}

// The fragment of the page somebody wanted is known to the browser alone: it goes along.
(() => {
  const next = document.querySelector('input[name="next"]');
  if (!next.value.includes("#")) next.value += location.hash;
})();

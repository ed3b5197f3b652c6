// Credentials that were typed go to the secret store when their field is left.

export function startSecrets(bench) {
  bench.keepSecrets = async () => {
    const answer = await bench.change({ url: bench.main.dataset.secrets });
    if (!answer?.taken?.length) return;
    await bench.follow(answer);
    bench.toast(answer.sentence);
  };
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (field.dataset?.secret === undefined || !bench.form().contains(field)) return;
    if (field.value && !field.value.includes("{{secret:")) bench.keepSecrets();
  });
}

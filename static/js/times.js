// Says times as people do ("2 min ago") in every <time datetime>, the exact one on hover.
(() => {
  const language = document.documentElement.lang || "en";
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
  const units = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

  const say = (seconds) => {
    let amount = seconds;
    for (const [unit, size] of units) {
      if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
      amount = Math.trunc(amount / size);
    }
    return null;
  };
  const show = (element) => {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const text = say((moment - Date.now()) / 1000) ?? day.format(moment);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = exact.format(moment);
  };
  const showAll = () => document.querySelectorAll("time[datetime]:not([data-exact])").forEach(show);
  showAll();
  setInterval(showAll, 15000);
  document.addEventListener("htmx:load", showAll);
  document.addEventListener("htmx:oobAfterSwap", showAll);
})();

// Runs in the page before its own scripts: notes when things happen, changes nothing.

window.watching = (() => {
  let keys = [];
  const watching = { ready: 0 };

  // The builder says when it is ready for the first key.
  new MutationObserver((_, observer) => {
    if (!document.querySelector("#main[data-ready]")) return;
    watching.ready = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });

  // After the next paint: a frame's callbacks run before it, tasks after it.
  const afterPaint = (done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });

  // Each key: its own time stamp, then the first frame, then the preview with its value.
  addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key.length > 1 || !field.matches?.("input, textarea")) return;
    const key = { at: event.timeStamp, value: null };
    keys.push(key);
    field.addEventListener("input", () => (key.value = JSON.stringify(field.value)), { once: true, capture: true });
    afterPaint(() => (key.frame = performance.now()));
  }, true);

  const look = (changes) => {
    const key = keys.at(-1);
    if (!key?.value || key.confirmed) return;
    for (const { target } of changes) {
      const box = target.nodeType === 1 ? target : target.parentElement;
      const line = box?.closest(".line") ?? [...(box?.querySelectorAll(".line") ?? [])].find((each) => each.textContent.includes(key.value));
      if (!line?.textContent.includes(key.value)) continue;
      key.echo ??= performance.now();
      if (!line.classList.contains("unconfirmed")) key.confirmed = performance.now();
      return;
    }
  };
  addEventListener("DOMContentLoaded", () => {
    const preview = document.getElementById("preview");
    if (!preview) return;
    new MutationObserver(look).observe(preview, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"],
    });
  });

  watching.clear = () => (keys = []);
  const passed = (name) => keys.filter((key) => key[name]).map((key) => key[name] - key.at);
  watching.times = () => ["echo", "frame", "confirmed"].map(passed);

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const timed = async (count, ask) => {
    const times = [];
    for (let n = 0; n < count + 3; n++) {
      const begun = performance.now();
      await ask();
      if (n >= 3) times.push(performance.now() - begun);
      await pause(30 + ((n * 17) % 40));
    }
    return times;
  };

  // A request as the builder makes them: XMLHttpRequest, see builder/server.js.
  const request = (url) => new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open("GET", url);
    asked.setRequestHeader("Cache-Control", "no-cache");
    asked.onload = () => resolve(asked.responseText);
    asked.onerror = asked.ontimeout = reject;
    asked.send();
  });

  // A bare request under the same hand: each key asks, the builder does not hear it.
  let bare = null;
  watching.startBare = () => {
    bare = [];
    let pressed = 0;
    addEventListener("keydown", (event) => {
      if (!bare) return;
      event.stopImmediatePropagation();
      pressed = event.timeStamp;
    }, true);
    addEventListener("input", async (event) => {
      if (!bare) return;
      event.stopImmediatePropagation();
      const at = pressed;
      const times = bare;
      await request("/health/");
      times.push(performance.now() - at);
    }, true);
  };
  watching.stopBare = () => {
    const times = bare;
    bare = null;
    return times;
  };
  watching.requests = (count) => timed(count, () => request("/health/"));

  // The sandbox without the playground: the same body, the practice credential.
  watching.launches = ({ uid, headers, body, count }) => timed(count, async () => (await fetch(
    `/sandbox/captain-data/v3/workflows/${uid}/schedule`,
    { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body },
  )).text());

  // The verdict counts once it is final: until then the reply follows its send.
  const FINAL = "#reply[data-outcome]:not([data-follows]) .verdict";
  watching.awaitReply = () => {
    const begun = performance.now();
    const before = document.querySelector(FINAL);
    watching.reply = new Promise((done) => {
      const observer = new MutationObserver(() => {
        const shown = document.querySelector(FINAL);
        if (!shown || shown === before) return;
        observer.disconnect();
        done(performance.now() - begun);
      });
      observer.observe(document.body, { subtree: true, childList: true });
    });
  };

  return watching;
})();

// What pages do without: sending a statement by its keys, and showing what has changed.
"use strict";

const statement = document.querySelector("#sql");
if (statement) {
  statement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      statement.form.requestSubmit(statement.form.querySelector("button"));
    }
  });
}

// asks every few seconds whether there is something new, and if so takes it from the page itself
const live = document.querySelector("#live");
if (live) {
  let known = null;
  const look = async () => {
    try {
      if (document.visibilityState === "visible") {
        const told = await fetch(live.dataset.live, { redirect: "error" });
        const state = told.ok ? await told.text() : known;
        if (known !== null && state !== known) {
          const page = await fetch(location.href, { redirect: "error" });
          const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#live");
          if (page.ok && fresh) live.replaceChildren(...fresh.childNodes);
        }
        known = state;
      }
    } catch {
      // the server is away for the moment
    }
    setTimeout(look, 2000);
  };
  look();
}

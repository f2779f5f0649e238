"use strict";
// Times become those of the reader, and a second press within seconds does not send a form twice.
(() => {
  const written = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "long",
    timeStyle: "short",
  });
  for (const element of document.querySelectorAll("time")) {
    element.textContent = written.format(new Date(element.dateTime));
  }
  for (const form of document.forms) {
    const sent = new Set();
    form.addEventListener("submit", (event) => {
      const press = event.submitter;
      if (sent.has(press)) {
        event.preventDefault();
        return;
      }
      sent.add(press);
      setTimeout(() => sent.delete(press), 5000);
      const status = form.querySelector("[role=status]");
      if (status && press?.dataset.says) status.textContent = press.dataset.says;
    });
  }
})();

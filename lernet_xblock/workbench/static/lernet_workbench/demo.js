/* The demo's page around the block: what Studio's page would do, and two conveniences. */
(function () {
  "use strict";

  var status = document.querySelector("[data-demo-status]");
  var unit = document.querySelector("[data-preview-url]");

  // The workbench knows no `notify`, by which a block's editor tells Studio that it is done.
  function notify(name, data) {
    if (name === "error" && status) {
      status.textContent = [data.title, data.message].filter(Boolean).join(" ");
    } else if (name === "cancel" || (name === "save" && data && data.state === "end")) {
      window.location.assign(unit.dataset.previewUrl);
    }
  }

  if (unit && window.RuntimeProvider) {
    window.RuntimeProvider.getRuntime(1).notify = notify;
  }

  // For looking only: no catalogue of a right-to-left language exists, so the block itself says "ltr".
  if (unit && document.documentElement.dir === "rtl") {
    unit.querySelectorAll("[dir=ltr]").forEach(function (root) { root.dir = "rtl"; });
  }

  document.querySelectorAll("[data-send-on-change]").forEach(function (field) {
    field.addEventListener("change", function () { field.form.submit(); });
  });

  if (window.matchMedia("(min-width: 64rem)").matches) {
    document.querySelectorAll("[data-open-when-wide]").forEach(function (details) { details.open = true; });
  }
})();

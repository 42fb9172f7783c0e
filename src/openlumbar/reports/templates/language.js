// Starts with the reader's language; without this script the page starts in English and the buttons still work.
(function () {
  var chinese = document.getElementById("language-zh");
  function show() {
    var article = document.getElementById(chinese.checked ? "report-zh" : "report-en");
    document.documentElement.lang = article.lang;
    document.title = article.dataset.title;
  }
  var known = (navigator.languages || [navigator.language]).filter(function (tag) { return /^(en|zh)/i.test(tag); });
  if (/^zh/i.test(known[0] || "")) chinese.checked = true;
  document.addEventListener("change", show);
  show();
})();

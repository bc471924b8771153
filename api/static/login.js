const reasons = {
  wrong: "This key is not known. Look for a missing character.",
  wait: "Too many wrong keys. Wait a minute, then try again.",
  role: "This key may not read the page. Ask for one with the role “read”.",
};
document.getElementById("note").textContent = reasons[location.search.slice(1)] ?? "";

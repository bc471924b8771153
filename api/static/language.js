// The switch between languages: a choice is kept in a cookie, from which the server reads it.

const YEAR_S = 31_536_000;

for (const choice of document.querySelectorAll("[data-language]")) {
  choice.addEventListener("click", () => {
    document.cookie = `badbuzz_language=${choice.dataset.language}; path=/; max-age=${YEAR_S}; samesite=lax`;
    location.reload();
  });
}

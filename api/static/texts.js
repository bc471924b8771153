// The page's words, from one file a language. The server chose the language: `<html lang>` says it.

export const language = document.documentElement.lang;
const texts = await (await fetch(`/static/${language}.json`)).json();
const plurals = new Intl.PluralRules(language);

// A text with its values put in. What depends on a number has a text for each plural form.
export function t(key, values = {}) {
  const text = texts[key] ?? texts[`${key}.${plurals.select(values.count)}`] ?? texts[`${key}.other`] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// Of a name that the server chose, such as a kind of alerts: one that is not known is shown as it is.
export const named = (group, name) => texts[`${group}.${name}`] ?? name;

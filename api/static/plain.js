// Characters that act on what stands around them are spelled out: controls, and those that turn the
// direction of the text. A tweet must not rearrange the page.

const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;

export function plain(value) {
  return String(value).replace(ACTING, (sign) => `<U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
}

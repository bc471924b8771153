import "./language.js";
import { t } from "./texts.js";

const asked = new URLSearchParams(location.search);
const fault = ["wrong", "wait", "role"].find((one) => asked.has(one));
if (fault) document.getElementById("note").textContent = t(`login.${fault}`);
document.getElementById("next").value = asked.get("next") ?? "";

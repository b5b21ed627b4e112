// A switch sends the form with id="typed" (see switches.py). Where script runs, what was typed into the other forms of the page goes
// along: the browser asks for the fields of the form that it sends, and gets the other forms as fields of their own.
const typed = document.getElementById("typed");

typed?.addEventListener("formdata", ({ formData }) => {
  if (!formData.has("face-switch")) return;
  for (const form of document.forms) {
    if (form === typed || form.method !== "post" || !form.elements["face-form"]) continue;
    formData.append("face-kept", new URLSearchParams(new FormData(form)));
  }
});

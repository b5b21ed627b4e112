"""What somebody brings who checks a proof."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST_PROOF = 1_000_000  # bytes; a real one has some four thousand


class ProofForm(forms.Form):
    """The file that a receipt's page gives, and the words that it is held to prove."""

    proof = forms.FileField(
        label=_("The proof"),
        help_text=_("The file that you downloaded from the page of your receipt."),
        error_messages={
            "required": _("Choose the file with the proof."),
            "empty": _("This file is empty. Download the proof again from the page of your receipt."),
        },
    )
    text = forms.CharField(
        label=_("What you wrote"),
        help_text=_("Word for word, if you want to know whether these very words were logged."),
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=False,
        required=False,
    )

    def clean_proof(self) -> bytes:
        file: Any = self.cleaned_data["proof"]
        if file.size > LARGEST_PROOF:
            raise forms.ValidationError(
                _("This file is far too large to be a proof. Choose the one from the page of your receipt.")
            )
        content: bytes = file.read()
        return content

"""What residents say of replies."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from massline.engine.mask import mask
from massline.gather.models import Message
from massline.respond.models import Reply


class Rating(models.Model):
    """One writer's verdict on one reply."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="ratings")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="ratings"
    )  # whose receipt it was given with
    solved = models.BooleanField(_("solved"))
    satisfied = models.BooleanField(_("satisfied"), null=True)  # None: not said
    still_solved = models.BooleanField(null=True)  # what she said four weeks later; None: not asked, or not said
    later_at = models.DateTimeField(null=True)
    words = models.TextField(_("in your own words"), blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reply", "message"], name="one_rating_per_writer_and_reply")]

    def __str__(self) -> str:
        return f"{'solved' if self.solved else 'not solved'}: reply {self.reply_id}"

    @property
    def is_solved(self) -> bool:
        """Her last word: solved at first, and not unsolved again weeks later."""
        return self.solved and self.still_solved is not False

    @property
    def shown_words(self) -> str:
        """The words with personal data masked."""
        return mask(self.words).text

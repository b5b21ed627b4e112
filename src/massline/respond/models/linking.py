"""What a writer says of her own messages: that she spoke of it before."""

from django.db import models
from django.db.models import F, Q

from massline.gather.models import Message


class EarlierLink(models.Model):
    """From a message to an earlier one of the same writer, who holds both receipts. For the desk of the later one, for nobody
    else; taken back, it is gone."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="earlier_links")
    earlier = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "earlier"], name="linked_once"),
            models.CheckConstraint(condition=~Q(message=F("earlier")), name="linked_to_another"),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id}: earlier {self.earlier_id}"

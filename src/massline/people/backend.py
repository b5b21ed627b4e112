"""Who is signed in, read with her body: every page of the desk asks which it is."""

from django.contrib.auth.backends import ModelBackend

from massline.people.models import User


class StaffBackend(ModelBackend):
    """Django's own, by name and password; one query for a person and her body, not two."""

    def get_user(self, user_id: int) -> User | None:
        found = User.objects.select_related("body").filter(pk=user_id).first()
        return found if found and self.user_can_authenticate(found) else None

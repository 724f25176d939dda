from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lernet_xblock", "0005_sessions_as_they_were")]

    operations = [
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("number__isnull", True), ("state", "cancelled")),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancelled_at__isnull", True),
                        ("number__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="only_a_cancelled_session_has_no_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_at__isnull", True), ("state", "planned"), _connector="OR"),
                name="a_held_session_was_not_called_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", True), ("state", "cancelled"), _connector="OR"),
                name="only_a_cancelled_session_went_into_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("slot_date__isnull", True), ("slot_time__isnull", True)),
                    models.Q(("slot_date__isnull", False), ("slot_time__isnull", False)),
                    _connector="OR",
                ),
                name="a_slot_has_a_day_and_a_time",
            ),
        ),
    ]

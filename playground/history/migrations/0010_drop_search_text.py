"""Drop the column whose texts are in a table of their own now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("history", "0009_fill_search_texts")]

    operations = [migrations.RemoveField("exchange", "search_text")]

from markupsafe import Markup, escape

from odoo import api, models

#: Lines of one message; the others are counted.
MAX_LINES = 15
#: Characters of one line's two parts, and of all lines together: heading, rest and link fit into a message as well.
MAX_SUBJECT, MAX_SENTENCE, MAX_LENGTH = 60, 250, 3600


class MarketplaceNotificationText(models.AbstractModel):
    """Puts many notifications of one event into one readable text."""

    _name = "marketplace.notification.text"
    _description = "Marketplace Notification Text"

    @api.model
    def _compose(self, account, event, rows):
        """:return: dict ``heading``; ``lines`` (dicts ``subject``, ``url``, ``sentence``, newest last); ``more``: a
        sentence about those that have no line, or ""; ``url`` and ``link``: where all of them are"""
        rows = rows.sorted("id")
        lines = self._compose_lines(account, rows[:MAX_LINES])
        more = len(rows) - len(lines)
        return {
            "heading": self._compose_heading(account, event, len(rows)),
            "lines": lines,
            "more": self.env._("… and %s more", more) if more else "",
            "url": self._get_url(account, rows),
            "link": self.env._("Open in Odoo"),
        }

    def _compose_heading(self, account, event, count):
        labels = dict(self.env["marketplace.notification"]._fields["event"]._description_selection(self.env))
        heading = f"{account.name} · {labels[event]}"
        return f"{heading}: {count}" if count > 1 else heading

    def _compose_lines(self, account, rows):
        lines, length = [], 0
        for row in rows:
            subject = self._shorten(row.subject, MAX_SUBJECT)
            sentence = self._shorten(row.text, MAX_SENTENCE)
            length += len(subject) + len(sentence)
            if length > MAX_LENGTH:
                break
            url = row.res_model and f"{account.get_base_url()}/odoo/{row.res_model}/{row.res_id}"
            lines.append({"subject": subject, "url": url or "", "sentence": "" if sentence == subject else sentence})
        return lines

    def _get_url(self, account, rows):
        """One record is opened itself; of many the list of what was told."""
        base = account.get_base_url()
        if len(rows) == 1 and rows.res_model:
            return f"{base}/odoo/{rows.res_model}/{rows.res_id}"
        return f"{base}/odoo/marketplace-sent-notifications"

    def _shorten(self, text, limit):
        text = " ".join((text or "").split())
        return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"

    # --- dress --------------------------------------------------------------------------------------------------
    @api.model
    def _to_telegram(self, digest):
        """Telegram's small HTML: b, a, and the three escapes."""
        lines = [Markup("<b>%s</b>") % digest["heading"]]
        lines += [Markup("• %s") % self._dress_line(line) for line in digest["lines"]]
        lines += [escape(digest["more"])] if digest["more"] else []
        lines.append(Markup('<a href="%s">%s</a>') % (digest["url"], digest["link"]))
        return str(Markup("\n").join(lines))

    @api.model
    def _to_html(self, digest):
        body = Markup("<b>%s</b><ul>%s</ul>") % (
            digest["heading"],
            Markup().join(Markup("<li>%s</li>") % self._dress_line(line) for line in digest["lines"]),
        )
        more = Markup("%s<br/>") % digest["more"] if digest["more"] else Markup()
        return body + more + Markup('<a href="%s">%s</a>') % (digest["url"], digest["link"])

    def _dress_line(self, line):
        subject = Markup('<a href="%s">%s</a>') % (line["url"], line["subject"]) if line["url"] else line["subject"]
        if not line["sentence"]:
            return escape(subject)
        return Markup("%s: %s") % (subject, line["sentence"]) if line["subject"] else escape(line["sentence"])

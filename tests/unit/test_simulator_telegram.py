"""The simulator as Telegram: what a bot may send, how it is refused, and what arrived."""

import json

from ..simulator_process import ControlError
from .test_simulator_base import NOW, SimulatorCase

TOKEN, CHAT = "42:demo-token", "-1001"


class TestSimulatorTelegram(SimulatorCase):
    def post(self, method, body=None, token=TOKEN):
        """(status, answer)."""
        status, _headers, content = self.simulator.request("POST", f"/telegram/bot{token}/{method}", body)
        return status, json.loads(content)

    def send(self, text="hello", token=TOKEN, **values):
        return self.post("sendMessage", {"chat_id": CHAT, "text": text, "parse_mode": "HTML", **values}, token)

    def sent(self, text, **values):
        status, answer = self.send(text, **values)
        self.assertEqual((status, answer["ok"]), (200, True), answer)
        return answer["result"]

    def refused(self, code, description, text="hello", **values):
        status, answer = self.send(text, **values)
        self.assertEqual((status, answer["ok"], answer["error_code"]), (code, False, code), answer)
        self.assertEqual(answer["description"], description)
        self.assertFalse(self.messages())

    def messages(self):
        return self.control("GET", "/telegram/messages")["messages"]

    def fault(self, kind, **values):
        self.control("POST", "/faults", {"path": "/telegram/sendMessage", "kind": kind, **values})

    # --- messages -----------------------------------------------------------------------------------------------
    def test_a_message_arrives(self):
        result = self.sent('<b>Bold</b> <a href="http://x/?a=1&amp;b=2">link</a> 1 &lt; 2 &#1078;')
        self.assertEqual(result["text"], "Bold link 1 < 2 ж")
        self.assertEqual((result["message_id"], result["chat"]["id"], result["from"]["id"]), (1, -1001, 42))
        self.sent("<b>as it is</b>", parse_mode=None, chat_id=-1001, disable_web_page_preview=True)
        first, second = self.messages()
        self.assertEqual(first["text"], '<b>Bold</b> <a href="http://x/?a=1&amp;b=2">link</a> 1 &lt; 2 &#1078;')
        self.assertEqual((first["chat_id"], first["link_preview"]), (CHAT, True))
        self.assertTrue(first["at"].startswith(NOW.rstrip("Z")), "by the simulator's own clock")
        self.assertEqual((second["chat_id"], second["plain"], second["link_preview"]), (CHAT, "<b>as it is</b>", False))
        self.sent("no preview", link_preview_options={"is_disabled": True})
        self.assertFalse(self.messages()[-1]["link_preview"])

    def test_get_me(self):
        for answer in (
            self.post("getMe"),
            self.post("getme"),
            self.simulator.request("GET", f"/telegram/bot{TOKEN}/getMe"),
        ):
            content = answer[-1] if isinstance(answer[-1], dict) else json.loads(answer[-1])
            self.assertEqual((content["result"]["id"], content["result"]["is_bot"]), (42, True))

    def test_length_is_counted_after_reading(self):
        self.sent("<b>" + "&lt;" * 4096 + "</b>")
        self.control("DELETE", "/telegram/messages")
        self.refused(400, "Bad Request: message is too long", "<b>" + "&lt;" * 4097 + "</b>")
        self.refused(400, "Bad Request: message text is empty", "")
        self.refused(400, "Bad Request: text must be non-empty", "<b> </b>")

    def test_tags_are_checked(self):
        for text, reason in {
            "<b>x": 'Can\'t find end tag corresponding to start tag "b"',
            "x</b>": "Unexpected end tag at byte offset 1",
            "<b><i>x</b></i>": 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
            "ж<br/>": 'Unsupported start tag "br" at byte offset 2',
            "1 < 2": "Unclosed start tag at byte offset 2",
        }.items():
            with self.subTest(text=text):
                self.refused(400, f"Bad Request: can't parse entities: {reason}", text)

    # --- refusals -----------------------------------------------------------------------------------------------
    def test_who_and_where(self):
        self.refused(401, "Unauthorized", token="42:another")
        self.refused(400, "Bad Request: chat not found", chat_id="-5")
        self.refused(400, "Bad Request: chat_id is empty", chat_id=None)
        self.refused(400, "Bad Request: unsupported parse_mode", parse_mode="Wiki")
        self.assertEqual(self.post("sendPigeon")[1]["description"], "Not Found: method not found")
        self.assertEqual(self.simulator.request("GET", "/telegram/nobody")[0], 404)

    def test_form_parameters_are_not_taken_for_nothing(self):
        path = f"/telegram/bot{TOKEN}/sendMessage"
        self.assertEqual(self.simulator.request("GET", f"{path}?chat_id={CHAT}&text=x")[0], 501)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.simulator.request("POST", path, {"text": "x"}, form)[0], 501)

    # --- faults -------------------------------------------------------------------------------------------------
    def test_faults_speak_as_telegram(self):
        self.fault("rate_limit", retry_after=7)
        self.fault("status", status=403)
        self.fault("status", status=400, message="Bad Request: group chat was upgraded to a supergroup chat")
        self.fault("status", status=502)
        answers = [self.send() for _number in range(5)]
        self.assertEqual([status for status, _answer in answers], [429, 403, 400, 502, 200])
        self.assertEqual(
            answers[0][1],
            {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 7",
                "parameters": {"retry_after": 7},
            },
        )
        self.assertIn("Forbidden", answers[1][1]["description"])
        self.assertIn("upgraded", answers[2][1]["description"])
        self.assertEqual(len(self.messages()), 1)

    def test_cut_connections(self):
        self.fault("drop")
        with self.assertRaises(OSError):
            self.send("lost")
        self.assertFalse(self.messages())
        self.fault("accept_then_timeout", delay=0)
        with self.assertRaises(OSError):
            self.send("arrived")
        self.assertEqual([message["text"] for message in self.messages()], ["arrived"])

    def test_broken_answers(self):
        self.fault("broken_json")
        with self.assertRaises(ValueError):
            self.send()
        self.fault("html_502")
        self.fault("status", status=200, body="<html>a proxy</html>")
        for status in (502, 200):
            answered = self.simulator.request("POST", f"/telegram/bot{TOKEN}/sendMessage", {"text": "x"})
            self.assertEqual((answered[0], answered[2][:6]), (status, b"<html>"))

    def test_slow(self):
        self.fault("slow", delay=1)
        path, body = f"/telegram/bot{TOKEN}/sendMessage", {"chat_id": CHAT, "text": "x"}
        with self.assertRaises(OSError):
            self.simulator.request("POST", path, body, timeout=0.2)

    def test_faults_keep_to_their_vendor(self):
        for path in ("", "/ozon", "/telegram"):
            self.control("DELETE", "/faults")
            self.control("POST", "/faults", {"path": path, "kind": "status", "status": 503, "times": None})
            statuses = self.send()[0], self.simulator.ozon("/v1/warehouse/list")[0]
            self.assertEqual(statuses[0] == 503, path == "/telegram", path)
            self.assertEqual(statuses[1] == 503, path != "/telegram", path)
        for path, kind in (("/telegram", "not_pdf"), (f"/telegram/bot{TOKEN}/sendMessage", "drop")):
            with self.assertRaises(ControlError):
                self.control("POST", "/faults", {"path": path, "kind": kind})

    # --- control ------------------------------------------------------------------------------------------------
    def test_other_bots_and_chats(self):
        options = {"tokens": ["7:seven"], "chats": ["@shop", -7]}
        self.assertEqual(
            self.control("POST", "/telegram/options", options), {"tokens": ["7:seven"], "chats": ["@shop", "-7"]}
        )
        self.refused(401, "Unauthorized")
        self.refused(400, "Bad Request: chat not found", token="7:seven")
        self.assertEqual(self.sent("x", token="7:seven", chat_id="@shop")["chat"]["username"], "shop")
        for wrong in ({"token": []}, {"tokens": "7:x"}, {"tokens": ["x"]}, {"chats": ["a chat"], "tokens": []}):
            with self.assertRaises(ControlError):
                self.control("POST", "/telegram/options", wrong)
        self.assertEqual(self.control("GET", "/telegram/options")["tokens"], ["7:seven"])
        self.reset()
        self.assertEqual(self.control("GET", "/telegram/options"), {"tokens": [TOKEN], "chats": [CHAT]})

    def test_messages_are_forgotten(self):
        self.sent("one")
        self.assertEqual(self.control("DELETE", "/telegram/messages"), {"messages": []})
        self.assertFalse(self.messages())
        self.sent("two")
        self.reset()
        self.assertFalse(self.messages())

    def test_the_log_knows_no_token(self):
        self.sent("x")
        self.fault("status", status=503)
        self.send()
        rows = self.control("GET", "/requests?path=/telegram")["requests"]
        self.assertEqual(
            [(row["path"], row["client_id"], row["status"]) for row in rows],
            [("/telegram/sendMessage", "42", 200), ("/telegram/sendMessage", "42", 503)],
        )
        self.assertNotIn("demo-token", json.dumps(rows))
        self.assertFalse(self.control("GET", "/requests?path=/ozon/v")["requests"])

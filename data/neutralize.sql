-- A copy of a company's database must never speak to the real cabinet.
UPDATE marketplace_account
   SET api_key = NULL,
       telegram_token = NULL,
       telegram_chat = NULL,
       notify_email = NULL,
       webhook_token = md5(random()::text || clock_timestamp()::text) || md5(random()::text),
       mode = 'rehearsal',
       base_url = 'http://127.0.0.1:8169/' || marketplace,
       state = CASE WHEN state = 'connected' THEN 'paused' ELSE state END,
       pause_reason = 'This is a copy of a database: enter a key to work with it.';
-- Neither must it serve a feed at the address that the marketplace reads.
UPDATE marketplace_feed
   SET token = md5(random()::text || clock_timestamp()::text) || md5(random()::text),
       image_token = md5(random()::text || clock_timestamp()::text) || md5(random()::text);
UPDATE marketplace_notification SET state = 'failed', telegram_state = 'none', email_state = 'none', inbox_state = 'none'
 WHERE state = 'waiting';
UPDATE marketplace_job SET state = 'cancelled' WHERE state IN ('pending', 'running');

from . import marketplace_label_reports

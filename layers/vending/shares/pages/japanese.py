"""The texts of the pages in Japanese, with the keys of the English ones."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # What every page says of a link.
    "from": "送信者：{sender}",
    "asks": "依頼者：{sender}",
    "until": "このリンクの有効期限：{moment}",
    "left_downloads_one": "あと1回ダウンロードできます。",
    "left_downloads": "あと{count}回ダウンロードできます。",
    "left_files_one": "あと1件のファイルを送れます。",
    "left_files": "あと{count}件のファイルを送れます。",
    "wait": "{duration}ほどお待ちください。",
    "again": "リンクを開き直す",
    # The password.
    "password": "パスワードを入力してください",
    "password_text": "このリンクは保護されています。パスワードは、リンクの送信者にお尋ねください。",
    "password_label": "パスワード",
    "password_wrong": "パスワードが違います。確認して、もう一度入力してください。",
    "password_button": "続ける",
    # One file.
    "file": "ファイルが届いています",
    "file_button": "ダウンロード",
    "file_counts": "このページを開くだけでは回数は減りません。ダウンロードを始めるたびに、"
    "途中で通信が切れた場合も1回と数えます。",
    "starting": "ダウンロードを開始します。",
    # A folder.
    "folder": "ファイルが届いています",
    "folder_text": "このリンクからフォルダー内のファイルをダウンロードできます。",
    "folder_button": "ファイルを表示",
    "folder_empty": "ファイルはありません。",
    "folder_first": "最初のページ",
    "folder_next": "次のページ",
    "folder_how": "ファイル名を押すとダウンロードできます。",
    "folder_list": "このページのファイル",
    "folder_file": "{size}、更新日時：{moment}",
    "folder_left_out_one": "名前に使えない文字があるため、1件のファイルを表示していません。"
    "リンクの送信者に、名前の変更を依頼してください。",
    "folder_left_out": "名前に使えない文字があるため、{count}件のファイルを表示していません。"
    "リンクの送信者に、名前の変更を依頼してください。",
    # Sending files.
    "upload": "ファイルを送る",
    "upload_most": "1件のファイルは{size}までです。",
    "upload_left": "全部で、あと{size}まで送れます。",
    "upload_types": "送れるファイルの種類：{types}",
    "upload_hidden": "送ったファイルは、このリンクを持つほかの人には見えません。",
    "upload_full": "これ以上ファイルを送る空きがありません。"
    "リンクの送信者に、新しいリンクを依頼してください。",
    "upload_choose": "ファイルを選択",
    "upload_drop": "複数のファイルを選択できます。ここにドラッグ＆ドロップもできます。"
    "すべて送り終わるまで、このページを開いたままにしてください。",
    "upload_list": "送るファイル",
    "upload_first": "2段階でファイルを送る",
    "upload_first_text": "まず、ファイルの名前を入力してください。次のページで"
    "ファイルを選択します。",
    "upload_name": "拡張子を含むファイル名（例：report.pdf）",
    "upload_size": "ファイルの大きさの上限",
    "upload_size_all": "わからない（残りの空きをすべて使います）",
    "upload_size_most": "{size}まで",
    "upload_type": "ファイルの種類",
    "upload_type_name": "拡張子で判断する",
    "upload_next": "次へ",
    "form": "ファイルを送る",
    "form_text": "次に、ファイル「{name}」を選択して送信してください。",
    "form_most": "大きさは{size}までです。{moment}までに送信してください。",
    "form_label": "ファイル",
    "form_button": "送信",
    "form_starting": "送信しています。このページを開いたままにしてください。",
    "done": "ファイルが届きました",
    "done_text": "このページは閉じてかまいません。続けて送るには、リンクを開き直してください。",
    # For the script.
    "script_cancel": "中止",
    "script_continue": "再試行",
    "script_waiting": "待機中",
    "script_reading": "準備中",
    "script_sending": "送信中：{percent}",
    "script_retrying": "通信が切れました。自動的に再試行しています",
    "script_ending": "仕上げ中",
    "script_sent": "送信済み",
    "script_cancelled": "中止しました",
    "script_said_sent": "「{name}」を送信しました。",
    "script_said_all": "すべてのファイルを送信しました。",
    "script_said_stopped": "「{name}」は送信されていません。",
    "script_large": "ファイルが大きすぎます。1件のファイルは{size}までです。",
    "script_type": "この種類のファイルは、このリンクでは送れません。",
    "script_name": "このファイル名は使えません。名前を変更して、選び直してください。",
    "script_full": "このファイルを送る空きが足りません。",
    "script_over": "このリンクでは、これ以上ファイルを送れません。"
    "リンクの送信者に、新しいリンクを依頼してください。",
    "script_refused": "現在、このリンクではファイルを送れません。ページを再読み込みし、"
    "パスワードを求められた場合は入力して、同じファイルを選び直すと続きから送れます。",
    "script_busy": "アクセスが集中しています。1分ほど待って、再試行してください。",
    "script_failed": "送信先で問題が起きました。しばらく待って、再試行してください。",
    "script_broken": "通信が切れています。届いた分は保持されています。"
    "接続が回復したら、再試行してください。",
    "script_late": "時間がかかりすぎたため、最初から送り直す必要があります。",
    "script_changed": "端末上のファイルが変更または移動されました。選び直してください。",
    "closed": "保存先がこのページからの通信を受け付けないため、このページから直接は送れません。"
    "代わりに、次のフォームで送ってください。リンクの送信者には、「バケットに、このページを"
    "許可するCORSルールがない」とお伝えください。",
    # Why nothing is given.
    "unknown": "リンクが見つかりません",
    "unknown_text": "リンク全体が正しくコピーされているか、確認してください。"
    "それでも開けない場合は、リンクの送信者に新しいリンクを依頼してください。",
    "expired": "リンクの有効期限が切れました",
    "expired_text": "リンクの送信者に、新しいリンクを依頼してください。",
    "usedUp": "リンクの利用回数の上限に達しました",
    "usedUp_text": "リンクの送信者に、新しいリンクを依頼してください。",
    "over": "このリンクは使えなくなりました",
    "over_text": "リンクの送信者に、新しいリンクを依頼してください。",
    "resting": "このリンクは一時停止しています",
    "resting_text": "リンクの送信者が次にサービスを使うと、また使えるようになります。"
    "送信者に知らせてから、後でもう一度開いてください。",
    "notNow": "このリンクは現在使えません",
    "notNow_text": "現在は許可されていないか、お使いのネットワークからは許可されていません。"
    "リンクの送信者にお問い合わせください。",
    "busy": "試行回数が多すぎます",
    "busy_text": "しばらく待ってから、リンクを開き直してください。",
    "wrongRequest": "操作を完了できませんでした",
    "wrongRequest_text": "ファイルを送る場合は、名前、種類、大きさを確認してください。"
    "リンクを開き直して、もう一度お試しください。",
    "failed": "問題が起きました",
    "failed_text": "お客様の操作が原因ではありません。"
    "しばらく待ってから、リンクを開き直してください。",
    # Amounts.
    "bytes_one": "1バイト",
    "bytes": "{count}バイト",
    "seconds_one": "1秒",
    "seconds": "{count}秒",
    "minutes_one": "1分",
    "minutes": "{count}分",
    "and": "、",
}

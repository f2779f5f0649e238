"""The texts of the pages in English; a key with ``_one`` is for exactly one."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # What every page says of a link.
    "from": "From {sender}",
    "asks": "{sender} asks you for files.",
    "until": "You can use this link until {moment}.",
    "left_downloads_one": "It gives one more download.",
    "left_downloads": "It gives {count} more downloads.",
    "left_files_one": "It takes one more file.",
    "left_files": "It takes {count} more files.",
    "wait": "Please wait {duration}.",
    "again": "Open the link again",
    # The password.
    "password": "Enter the password",
    "password_text": "This link is protected. The person who sent it knows the password.",
    "password_label": "Password",
    "password_wrong": "That password is wrong. Check it and try again.",
    "password_button": "Continue",
    # One file.
    "file": "A file for you",
    "file_button": "Download",
    "file_counts": "Opening this page uses nothing up. Each download that you start counts, "
    "even if the connection breaks.",
    "starting": "The download starts.",
    # A folder.
    "folder": "Files for you",
    "folder_text": "This link leads to a folder.",
    "folder_button": "Show the files",
    "folder_empty": "There are no files here.",
    "folder_first": "First page",
    "folder_next": "Next page",
    "folder_how": "Press a name to download the file.",
    "folder_list": "Files on this page",
    "folder_file": "{size}, changed {moment}",
    "folder_left_out_one": "One file is not listed, because its name cannot be part of a link. "
    "Ask the person who sent you this link to rename it.",
    "folder_left_out": "{count} files are not listed, because their names cannot be part of a "
    "link. Ask the person who sent you this link to rename them.",
    # Sending files.
    "upload": "Send files",
    "upload_most": "One file can have up to {size}.",
    "upload_left": "There is room for {size} in all.",
    "upload_types": "You can send only these types: {types}.",
    "upload_hidden": "Others who have this link do not see your files.",
    "upload_full": "There is no room left for another file. Ask the person who sent you this link "
    "for a new one.",
    "upload_choose": "Choose files",
    "upload_drop": "You can choose several files, or drop them on the field. "
    "Keep this page open until all are sent.",
    "upload_list": "Your files",
    "upload_first": "Send a file in two steps",
    "upload_first_text": "First, name the file. On the next page you choose it.",
    "upload_name": "Name of the file, with its ending (for example: report.pdf)",
    "upload_size": "How large is it at most?",
    "upload_size_all": "I do not know (this uses up all the room that is left)",
    "upload_size_most": "Up to {size}",
    "upload_type": "Type of the file",
    "upload_type_name": "As its ending says",
    "upload_next": "Next",
    "form": "Send the file",
    "form_text": "The second step: choose the file {name} and send it.",
    "form_most": "It can have up to {size}. Send it before {moment}.",
    "form_label": "File",
    "form_button": "Send",
    "form_starting": "The file is being sent. Keep this page open.",
    "done": "Your file has arrived",
    "done_text": "You can close this page. To send another file, open the link again.",
    # For the script.
    "script_cancel": "Cancel",
    "script_continue": "Try again",
    "script_waiting": "Waiting",
    "script_reading": "Preparing",
    "script_sending": "Sending: {percent}",
    "script_retrying": "The connection broke. Trying again by itself",
    "script_ending": "Finishing",
    "script_sent": "Sent",
    "script_cancelled": "Cancelled",
    "script_said_sent": "{name} is sent.",
    "script_said_all": "All files are sent.",
    "script_said_stopped": "{name} is not sent.",
    "script_large": "This file is too large. One file can have up to {size}.",
    "script_type": "This link does not take files of this type.",
    "script_name": "This name does not work here. Rename the file, and choose it again.",
    "script_full": "There is not enough room left for this file.",
    "script_over": "This link takes no more files. Ask the person who sent it for a new one.",
    "script_refused": "This link does not take files right now. Reload this page: if it asks for "
    "the password, enter it, and choose the same file again to go on.",
    "script_busy": "Too many requests at once. Wait a minute, and try again.",
    "script_failed": "Something failed at the other end. Try again in a moment.",
    "script_broken": "The connection is broken. What has arrived is kept: try again when you are "
    "online.",
    "script_late": "This took too long, and has to start again.",
    "script_changed": "The file was changed or moved on your device. Choose it again.",
    "closed": "This page cannot send files by itself, because the storage does not accept its "
    "requests. Please use this form, which works all the same. You can tell the person who sent "
    "you the link: their bucket has no CORS rule for this page.",
    # Why nothing is given.
    "unknown": "This link does not exist",
    "unknown_text": "Check that you have copied all of it. If it still does not work, ask the "
    "person who sent it for a new one.",
    "expired": "This link has expired",
    "expired_text": "Ask the person who sent it for a new one.",
    "usedUp": "This link is used up",
    "usedUp_text": "It could be used only so many times. Ask the person who sent it for a new one.",
    "over": "This link no longer works",
    "over_text": "Ask the person who sent it for a new one.",
    "resting": "This link is resting",
    "resting_text": "It works again as soon as the person who sent it next uses the service. "
    "Tell them, and open the link again later.",
    "notNow": "This link does not work right now",
    "notNow_text": "It is not allowed at the moment, or not from your network. "
    "Ask the person who sent it.",
    "busy": "Too many tries",
    "busy_text": "Wait a little, and open the link again.",
    "wrongRequest": "That did not work",
    "wrongRequest_text": "If you are sending a file, check its name, its type and its size. "
    "Open the link again, and try once more.",
    "failed": "Something failed here",
    "failed_text": "It is not your fault. Open the link again in a moment.",
    # Amounts.
    "bytes_one": "1 byte",
    "bytes": "{count} bytes",
    "seconds_one": "one second",
    "seconds": "{count} seconds",
    "minutes_one": "one minute",
    "minutes": "{count} minutes",
    "and": ", ",
}

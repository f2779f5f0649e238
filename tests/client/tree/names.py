"""Names that come from keys: what a file cannot be called, here and on Windows."""

EVERYWHERE = [
    *("", ".", "..", "..\\evil", "\\\\server\\share", "D:\\evil", "a\\b", "C:\\NUL"),
    *("a\nb", "a\x00b", "\x1b[2Jx", "a\x7f", "a\x9b31m", "tab\t"),
]
ON_WINDOWS = [
    *("CON", "con", "NUL.txt", "nul.tar.gz", "NUL .txt", "AUX ", "Prn.", "COM1", "com0.log"),
    *("COM¹", "LPT³.txt", "LPT9", "CONIN$", "conout$.txt"),
    *("D:", "D:evil", "report.csv:stream", "report.csv::$DATA", "a<b", "a>b", 'a"b', "a|b", "a?"),
    *("a*", "trailing.", "trailing ", "trailing. .", "..."),
]
FINE = ["report.csv", "CONSOLE", "NULL.txt", "COM", "COM10", "COM⁴", ".hidden", "a.b.c", "日本.csv"]

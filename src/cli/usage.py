"""What the command-line library says about wrong usage, in Japanese."""

import re

_PHRASES = (
    (r"No such command '(.+?)'\.", r"コマンド「\1」はありません。"),
    (r"No such option: (\S+)", r"オプション \1 はありません。"),
    (r"Did you mean (.+?)\?", r"もしかして: \1"),
    (r"\(?Possible options: ([^)]+)\)?", r"もしかして: \1"),
    (r"Missing command\.", "コマンドを指定してください。"),
    (r"Missing (?:option|argument|parameter) (.+?)\.", r"\1 を指定してください。"),
    (r"Invalid value for '?([^':]+)'?: ", r"\1 の値が正しくありません: "),
    (r"(?:Value error, )?'(.*)' is not one of (.+)\.", r"「\1」は次のどれでもありません: \2。"),
    (r"Input should be greater than or equal to ([\d.]+)", r"\1以上にしてください。"),
    (r"Input should be less than or equal to ([\d.]+)", r"\1以下にしてください。"),
    (r"Input should be a valid integer.*", "整数にしてください。"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"余分な引数があります: \1"),
    (r"Option '?(.+?)'? requires an argument\.", r"オプション \1 には値が必要です。"),
)
"""What the library says in English, and the same in Japanese; other sentences stay English."""


def in_japanese(message: str) -> str:
    """Put a message of the library about wrong usage into Japanese as far as it is known."""
    for english, japanese in _PHRASES:
        message = re.sub(english, japanese, message)
    return message

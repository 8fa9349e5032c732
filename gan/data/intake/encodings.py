"""Decode file names of unknown encoding: one decision for all names of an archive or folder."""

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

UTF8_NAME = 0x800  # flag of a zip member
UNICODE_PATH = 0x7075  # extra field of Info-ZIP: a name in UTF-8 beside that in another encoding
# after UTF-8 those of Windows in China, Japan, Korea, Taiwan, the USA, Western Europe and Russia
ENCODINGS = ("utf-8", "gb18030", "cp932", "cp949", "cp950", "cp437", "cp850", "cp866")
STANDARDS = {"gb18030": "gb2312", "cp949": "euc_kr"}  # of the common characters
MOST_SCORED = 5_000  # names
# frequent in Korean; read as Korean, Chinese names rarely contain them
HANGUL = frozenset(
    "이다는고의에가을지하기사자리도한그나인로어아대수정시들서해은라일만부구상장보전주안여동원게스제있신소공조러"
    "오면과선모유경것관산생비음미국물때마화드간치양개세차실분무우행성남식당방교연학바반진거강르문적계위배습트"
    "결급타파카피디버터프크토요호노두단말를려며했었까네니야와외회현형명박최김민영용중심입출불북색체건내저천청"
    "추통판편평포품표합항혁환활후희홍울름겨꽃새폴더봄람눈손"
)


def decode_names(names: Sequence[bytes]) -> list[str]:
    """Decode paths with "/" between folders in the encoding that fits all of them best.

    If none fits, the names that can be UTF-8 are, and the others are decided together.
    """
    encoding = _best_encoding(names, least=0.58)
    if encoding is not None:
        return [name.decode(encoding) for name in names]
    encoding = _best_encoding([name for name in names if not is_utf8(name)], least=0.0)
    return [name.decode("utf-8" if is_utf8(name) else encoding) for name in names]


def member_names(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the names of zip members; those of unknown encoding are decoded together."""
    names = [one.filename if one.flag_bits & UTF8_NAME else _unicode_path(one) for one in members]
    unknown = [i for i, name in enumerate(names) if name is None]
    raw = [members[i].orig_filename.encode("cp437", "replace") for i in unknown]
    for i, name in zip(unknown, decode_names(raw), strict=True):
        names[i] = name
    return names


def is_utf8(name: bytes) -> bool:
    """Return whether a name can be UTF-8."""
    return _decodes("utf-8", [name])


def _unicode_path(member: zipfile.ZipInfo) -> str | None:
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(body) > 5:
            crc = zlib.crc32(member.orig_filename.encode("cp437", "replace"))
            with contextlib.suppress(UnicodeDecodeError):  # else of a name changed since
                return body[5:].decode() if body[1:5] == struct.pack("<I", crc) else None
    return None


def _best_encoding(names: Sequence[bytes], least: float) -> str | None:
    """Return the encoding whose characters are the most plausible; None below `least` (0..1)."""
    names = [name for name in names if not name.isascii()]
    if not names:
        return "utf-8"
    sample = names[:: -(-len(names) // MOST_SCORED)]
    words = {word for name in sample for word in name.split(b"/") if not word.isascii()}
    scores = {code: _score(code, words) for code in ENCODINGS if _decodes(code, names)}
    best = max(scores, key=scores.get)  # cp437 decodes anything
    return best if scores[best] >= least else None


def _decodes(encoding: str, names: Sequence[bytes]) -> bool:
    try:
        b"\n".join(names).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score(encoding: str, words: set[bytes]) -> float:
    found = [score for word in words for score in _scores(encoding, word.decode(encoding))]
    return sum(found) / len(found)


def _scores(encoding: str, word: str) -> Iterator[float]:
    """Yield for each character that is not ASCII how plausible it is in this encoding, 0..1.

    Letters of European languages are next to ASCII letters, those of other languages are not.
    """
    for i, char in enumerate(word):
        if char.isascii():
            continue
        near = word[max(0, i - 1) : i] + word[i + 1 : i + 2]
        beside = any(c.isascii() and c.isalpha() for c in near)
        if encoding == "utf-8":  # a single letter of two bytes may be a Chinese one
            yield 1.1 if char >= "\u0800" or any(map(str.isalpha, near)) else 0.7
        elif encoding in ("cp437", "cp850"):
            yield (1.0 if beside else 0.5) if char.isalpha() and char < "\u0250" else 0.0
        else:
            yield _usage(encoding, char) * (0.5 if beside else 1.0)


def _usage(encoding: str, char: str) -> float:
    """Return how common a character is: 1 for those that the national standards put first."""
    if encoding == "cp866":
        return float("\u0400" <= char <= "\u045f")
    try:
        raw = char.encode(STANDARDS.get(encoding, encoding))
    except UnicodeEncodeError:
        return 0.6 if "\u3400" <= char <= "\u9fff" else 0.0  # a rare ideograph
    if encoding == "gb18030":
        return 1.0 if b"\xb0\xa1" <= raw <= b"\xd7\xf9" else 0.6
    if encoding == "cp932":
        common = "\u3041" <= char <= "\u30fc" or b"\x88\x9f" <= raw <= b"\x98\x72"
        return 0.0 if len(raw) == 1 else 1.0 if common else 0.6
    if encoding == "cp949":  # nearly every Korean name is also plausible as Chinese
        common = "\uac00" <= char <= "\ud7a3" and len(raw) == 2  # others take eight bytes
        return 1.1 if char in HANGUL else 0.93 if common else 0.3
    return 1.0 if b"\xa4\x40" <= raw <= b"\xc6\x7e" else 0.6

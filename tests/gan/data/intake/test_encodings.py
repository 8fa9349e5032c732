"""Names of unknown encoding: one decision for all names of an archive."""

import os
import struct
import zipfile
import zlib

import pytest

from gan.data.intake.encodings import decode_names, member_names

SETS = {
    "utf-8": ["猫 狗", "naïve", "Ünder", "łódź", "고양이", "ไทย", "я", "plain"],
    "gb18030": ["猫 狗", "喆 囍", "猫", "玫瑰 向日葵", "正常 异常", "榕树 槐树", "訓練 測試"],
    "cp932": ["猫 犬", "ねこ いぬ", "ネコ", "表 裏", "車 電車", "新しいフォルダー 画像"],
    "cp949": ["고양이 강아지", "사과 바나나", "남자 여자", "봄 여름 가을 겨울", "꽃 나무"],
    "cp950": ["貓 狗", "蘋果 香蕉", "許功蓋", "男 女", "汽車 機車", "新增資料夾"],
    "cp437": ["café thé", "Größe", "Éléphant zèbre", "niño", "Köln"],
    "cp850": ["Ørsted løve", "São João", "À bientôt"],
    "cp866": ["кошка собака", "роза", "дом лес"],
}


@pytest.mark.parametrize("encoding", SETS)
def test_names_of_an_archive_are_decoded_together(encoding):
    for words in SETS[encoding]:
        names = [f"{word}/{i}.jpg" for word in words.split() for i in range(3)]
        assert decode_names([name.encode(encoding) for name in names]) == names, words


def test_names_of_two_encodings_are_decoded_apart():
    raw = ["猫/一.png".encode(), "狗/一.png".encode("gb18030"), b"plain.png"]
    assert decode_names(raw) == ["猫/一.png", "狗/一.png", "plain.png"]
    assert decode_names([]) == [] and decode_names([bytes(range(256)), os.urandom(99)])


def test_the_unicode_path_of_info_zip_is_the_name():
    raw, name = "狗/1.png".encode("gb18030"), "狗/1.png"
    body = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
    stale = struct.pack("<BI", 1, 0) + b"old.png"
    for extra, wanted in ((body, name), (stale, name), (body[:3], name), (b"", name)):
        member = zipfile.ZipInfo(raw.decode("cp437"))
        member.extra = b"\x99\x99\1\0x" + struct.pack("<HH", 0x7075, len(extra)) + extra
        assert member_names([member]) == [wanted]
    member.orig_filename = raw.decode("cp437")
    member.extra = struct.pack("<HH", 0x7075, len(body)) + body.replace(
        name.encode(), "猫/1.png".encode()
    )
    assert member_names([member]) == ["猫/1.png"]
    member.flag_bits, member.filename = 0x800, "flagged.png"
    assert member_names([member]) == ["flagged.png"]

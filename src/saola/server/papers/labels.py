"""What can be wrong with a signature, in words."""

PROBLEMS = {
    "altered": "nội dung hoặc chữ ký đã bị sửa sau khi ký",
    "not_our_paper": "không phải chữ ký trên văn bản này (văn bản khác, hoặc bị sửa trước khi ký)",
    "changed_after_signing": "văn bản bị thay đổi sau khi ký",
    "bytes_after_end": "có dữ liệu lạ nối sau văn bản đã ký",
    "revoked": "chứng thư số đã bị thu hồi",
    "expired_at_signing": "chứng thư số đã hết hạn lúc ký",
    "untrusted_root": "chứng thư số không thuộc nhà cung cấp trong danh sách tin cậy",
    "chain": "chuỗi chứng thư số không hợp lệ",
    "revocation_unknown": "chưa kiểm tra được chứng thư số có bị thu hồi hay không",
    "timestamp_not_trusted": "dấu thời gian không thuộc danh sách tin cậy",
    "no_timestamp": "không có dấu thời gian; giờ ký do người ký tự ghi",
    "expired_now": "chứng thư số nay đã hết hạn mà chữ ký không có dấu thời gian tin cậy",
    "claimed_in_the_future": "giờ ký ở tương lai",
}
# told, and the paper is taken nevertheless
WARNINGS = frozenset({"no_timestamp", "revocation_unknown"})

"""What a client already has, exports, bills and workbooks, becomes a client folder; nothing leaves the machine."""

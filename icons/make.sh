#!/usr/bin/env bash
# Draws the application's icon files. Run it after changing the mark; the results are committed.
# Needs ImageMagick and Python 3.
set -euo pipefail
cd "$(dirname "$0")"

petrol='#0d5872'
# The mark of the screens (a double check mark on a signature line), on a 24 by 24 grid.
mark="M 3 20 h 18 M 3.5 12.5 l 3.7 3.8 L 14 5.5 M 11 15.5 l 0.9 0.8 L 18.8 5.5"

draw() { # size, file
  local size=$1 file=$2
  # Drawn eight times as large, then reduced: small sizes keep clean edges.
  local canvas=$((size * 8)) scale inset
  scale=$(python3 -c "print($canvas * 0.66 / 24)")
  inset=$(python3 -c "print($canvas * 0.17)")
  convert -size "${canvas}x${canvas}" xc:none \
    -fill "$petrol" -draw "roundrectangle 0,0 $((canvas - 1)),$((canvas - 1)) $((canvas / 5)),$((canvas / 5))" \
    -fill none -stroke white -strokewidth 2.1 \
    -draw "stroke-linecap round stroke-linejoin round translate $inset,$inset scale $scale,$scale path '$mark'" \
    -resize "${size}x${size}" -depth 8 -strip "PNG32:$file"
}

draw 32 32x32.png
draw 128 128x128.png
draw 256 128x128@2x.png
draw 512 icon.png

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for size in 16 24 32 48 64 128 256 512 1024; do draw "$size" "$work/$size.png"; done
convert "$work"/{16,24,32,48,64,256}.png icon.ico

# ICNS is a list of (four-letter type, length, PNG).
python3 - "$work" <<'PY'
import struct, sys
work = sys.argv[1]
kinds = [(b"icp4", 16), (b"icp5", 32), (b"icp6", 64), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512), (b"ic10", 1024)]
body = b""
for kind, size in kinds:
    png = open(f"{work}/{size}.png", "rb").read()
    body += kind + struct.pack(">I", len(png) + 8) + png
open("icon.icns", "wb").write(b"icns" + struct.pack(">I", len(body) + 8) + body)
PY

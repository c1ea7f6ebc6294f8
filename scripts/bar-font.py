#!/usr/bin/env python3
"""Makes assets/fonts/Bar.ttf: the one letter `|`, unbroken. D2Coding draws it with a gap, as terminals did when it was a broken bar
(U+00A6), and a learner reads `||` as another sign. Its measures are D2Coding's, so that lines stay where they are.

Usage: python3 scripts/bar-font.py   (needs fontTools)"""
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

of = TTFont("assets/fonts/D2Coding-Regular.ttf")
em, hhea, os2 = of["head"].unitsPerEm, of["hhea"], of["OS/2"]
advance = of["hmtx"][of.getBestCmap()[ord("|")]][0]
thick = round(em * 0.075)
left = (advance - thick) // 2
top, bottom = round(em * 0.80), round(em * -0.17)

def box():
    pen = TTGlyphPen(None)
    pen.moveTo((left, bottom))
    for at in [(left, top), (left + thick, top), (left + thick, bottom)]:
        pen.lineTo(at)
    pen.closePath()
    return pen.glyph()

font = FontBuilder(em, isTTF=True)
font.setupGlyphOrder([".notdef", "bar"])
font.setupCharacterMap({ord("|"): "bar"})
font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "bar": box()})
font.setupHorizontalMetrics({".notdef": (advance, 0), "bar": (advance, left)})
font.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent, lineGap=hhea.lineGap)
font.setupNameTable({"familyName": "dockwalk Bar", "styleName": "Regular"})
font.setupOS2(sTypoAscender=os2.sTypoAscender, sTypoDescender=os2.sTypoDescender, sTypoLineGap=os2.sTypoLineGap,
              usWinAscent=os2.usWinAscent, usWinDescent=os2.usWinDescent)
font.setupPost()
font.font["head"].created = font.font["head"].modified = 0
font.font.recalcTimestamp = False
font.save("assets/fonts/Bar.ttf")

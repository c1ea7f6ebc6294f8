//! The palette: the one place that names colours.

use crate::trace::Family;
use egui::Color32;

/// Colours of one appearance. Families keep their hue in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    /// Dark or light.
    pub dark: bool,
    /// Behind diagrams.
    pub canvas: Color32,
    /// Behind panels.
    pub panel: Color32,
    /// Cards, fields, shapes at rest.
    pub card: Color32,
    /// Evidence, terminals: what a machine said.
    pub well: Color32,
    /// Lines between panels, borders of cards.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text of less weight. At least 4.5:1 against `panel`.
    pub weak: Color32,
    /// The action that comes next, the selected choice.
    pub accent: Color32,
    /// Text on `accent`.
    pub on_accent: Color32,
    /// Verified, reached, up.
    pub good: Color32,
    /// Wait, look out.
    pub warn: Color32,
    /// Failed, refused.
    pub bad: Color32,
    image: Color32,
    layer: Color32,
    network: Color32,
    storage: Color32,
    process: Color32,
}

impl Theme {
    /// Near-black neutrals.
    pub const DARK: Self = Self {
        dark: true,
        canvas: hex(0x0F_12_18),
        panel: hex(0x17_1B_23),
        card: hex(0x1F_24_2D),
        well: hex(0x0B_0E_13),
        line: hex(0x2C_33_3E),
        text: hex(0xEC_EF_F4),
        weak: hex(0x9A_A4_B2),
        accent: hex(0x58_A6_FF),
        on_accent: hex(0x06_14_26),
        good: hex(0x73_D2_8E),
        warn: hex(0xFF_B2_50),
        bad: hex(0xFF_6B_6B),
        image: hex(0xA9_93_FF),
        layer: hex(0x58_A6_FF),
        network: hex(0x35_CD_B0),
        storage: hex(0xFF_B2_50),
        process: hex(0xFF_7B_96),
    };

    /// Near-white neutrals.
    pub const LIGHT: Self = Self {
        dark: false,
        canvas: hex(0xF7_F8_FA),
        panel: hex(0xFF_FF_FF),
        card: hex(0xF1_F3_F6),
        well: hex(0xEE_F1_F5),
        line: hex(0xD5_DA_E1),
        text: hex(0x16_1A_20),
        weak: hex(0x56_60_6D),
        accent: hex(0x1F_6F_EB),
        on_accent: hex(0xFF_FF_FF),
        good: hex(0x1A_7F_42),
        warn: hex(0x9A_5B_00),
        bad: hex(0xC0_2A_2A),
        image: hex(0x68_4B_D8),
        layer: hex(0x1B_65_C8),
        network: hex(0x0A_7C_68),
        storage: hex(0x9A_5B_00),
        process: hex(0xBE_2F_55),
    };

    /// The one that the window shows now.
    pub fn of(ctx: &egui::Context) -> Self {
        if ctx.theme() == egui::Theme::Dark { Self::DARK } else { Self::LIGHT }
    }

    /// A family's colour: lines, ticks, emphasised text.
    pub fn family(&self, family: Family) -> Color32 {
        match family {
            Family::Image => self.image,
            Family::Layer => self.layer,
            Family::Storage => self.storage,
            Family::Network => self.network,
            Family::Process => self.process,
        }
    }

    /// A terminal's colour by its number (ECMA-48, xterm's 256).
    pub fn terminal(&self, index: u8) -> Color32 {
        let bright = |color: Color32| color.lerp_to_gamma(self.text, 0.25);
        match index {
            0 => self.card,
            1 => self.bad,
            2 => self.good,
            3 => self.warn,
            4 => self.layer,
            5 => self.image,
            6 => self.network,
            7 => self.text.lerp_to_gamma(self.weak, 0.5),
            8 => self.weak,
            9..=14 => bright(self.terminal(index - 8)),
            15 => self.text,
            16..=231 => {
                let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
                let cube = index - 16;
                Color32::from_rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            232..=255 => Color32::from_gray(8 + 10 * (index - 232)),
        }
    }

    /// A colour that a program chose itself.
    pub fn rgb(&self, red: u8, green: u8, blue: u8) -> Color32 {
        Color32::from_rgb(red, green, blue)
    }

    /// A quiet fill in a family's colour.
    pub fn family_fill(&self, family: Family) -> Color32 {
        self.canvas.lerp_to_gamma(self.family(family), if self.dark { 0.16 } else { 0.10 })
    }
}

const fn hex(rgb: u32) -> Color32 {
    let [_, r, g, b] = rgb.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

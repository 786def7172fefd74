"""Pictures of the demo shop's goods: a few shapes and colours as SVG."""

import base64

from odoo import api, models

# Shapes stand on a ground of 256 by 256; {a} and {b} are a product's two colours.
BAG = (
    '<path d="M78 76h100l14 140H64z" fill="{a}"/>'
    '<path d="M78 76l12-26h76l12 26z" fill="{b}"/>'
    '<rect x="92" y="118" width="72" height="54" rx="8" fill="#fff" opacity=".85"/>'
)
BOTTLE = (
    '<path d="M112 52h32v34c24 14 30 34 30 52v70q0 14-14 14h-64q-14 0-14-14v-70'
    'c0-18 6-38 30-52z" fill="{a}"/>'
    '<rect x="108" y="34" width="40" height="22" rx="5" fill="{b}"/>'
    '<rect x="82" y="132" width="92" height="48" fill="#fff" opacity=".85"/>'
)
JAR = (
    '<rect x="70" y="76" width="116" height="144" rx="22" fill="{a}"/>'
    '<rect x="80" y="44" width="96" height="34" rx="8" fill="{b}"/>'
    '<rect x="88" y="118" width="80" height="58" rx="8" fill="#fff" opacity=".85"/>'
)
BOX = (
    '<path d="M56 88l72-30 72 30v96l-72 34-72-34z" fill="{a}"/>'
    '<path d="M56 88l72 32 72-32-72-30z" fill="{b}"/>'
    '<path d="M128 120v98" stroke="#fff" stroke-width="4" opacity=".5"/>'
)
TIN = (
    '<path d="M66 72v116c0 36 124 36 124 0V72z" fill="{a}"/>'
    '<ellipse cx="128" cy="72" rx="62" ry="22" fill="{b}"/>'
    '<rect x="66" y="112" width="124" height="52" fill="#fff" opacity=".85"/>'
)
ROUND = (
    '<circle cx="128" cy="136" r="82" fill="{a}"/>'
    '<circle cx="104" cy="120" r="20" fill="{b}"/>'
    '<circle cx="152" cy="124" r="20" fill="{b}"/>'
    '<circle cx="128" cy="164" r="20" fill="{b}"/>'
)
GLASS = (
    '<path d="M84 62h88c0 44-22 56-22 78 0 24 20 30 20 62H86c0-32 20-38 20-62'
    ' 0-22-22-34-22-78z" fill="{a}" opacity=".85"/>'
    '<ellipse cx="128" cy="212" rx="66" ry="14" fill="{b}"/>'
)
POT = (
    '<path d="M92 96h72l16 60c6 34-22 52-52 52s-58-18-52-52z" fill="{a}"/>'
    '<rect x="88" y="80" width="80" height="18" rx="9" fill="{b}"/>'
    '<circle cx="128" cy="62" r="12" fill="{b}"/>'
    '<path d="M76 128H48v30M180 128h28v30" stroke="{b}" stroke-width="12" fill="none"/>'
)
PAN = (
    '<circle cx="112" cy="140" r="72" fill="{a}"/>'
    '<circle cx="112" cy="140" r="54" fill="{b}"/>'
    '<path d="M168 92l44-40" stroke="{a}" stroke-width="20" stroke-linecap="round"/>'
)
CLOTH = (
    '<path d="M52 72h152v120l-25 20-26-20-25 20-26-20-25 20-25-20z" fill="{a}"/>'
    '<path d="M52 108h152M52 144h152" stroke="{b}" stroke-width="12"/>'
)
PICTURES = {
    "NR-001": (BAG, "#e9d8a6", "#bc8a3c"),  # rice
    "NR-002": (BOTTLE, "#f4c430", "#d97706"),  # sunflower oil
    "NR-003": (BOX, "#dbeafe", "#93c5fd"),  # sugar cubes
    "NR-004": (BAG, "#b23a48", "#7f1d1d"),  # red beans
    "NR-005": (BAG, "#fde68a", "#f59e0b"),  # noodles
    "NR-006": (TIN, "#dc2626", "#991b1b"),  # tomato paste
    "NR-007": (JAR, "#f59e0b", "#92400e"),  # honey
    "NR-008": (BOX, "#78350f", "#a16207"),  # dates
    "NR-009": (BOX, "#f1f5f9", "#38bdf8"),  # white cheese
    "NR-010": (TIN, "#166534", "#4ade80"),  # tea
    "NR-011": (BOTTLE, "#e2e8f0", "#2563eb"),  # doogh
    "NR-012": (BOTTLE, "#86efac", "#15803d"),  # mint syrup
    "NR-013": (BOTTLE, "#bae6fd", "#0284c7"),  # mineral water
    "NR-014": (BAG, "#a3b18a", "#588157"),  # pistachios
    "NR-015": (JAR, "#b91c1c", "#facc15"),  # saffron
    "NR-016": (ROUND, "#fef3c7", "#84cc16"),  # gaz
    "NR-017": (BAG, "#d6a86a", "#9a6b3a"),  # almonds
    "NR-018": (BOX, "#4a2c2a", "#7b4b45"),  # chocolate
    "NR-019": (GLASS, "#fca5a5", "#d4af37"),  # tea glasses
    "NR-020": (POT, "#cbd5e1", "#64748b"),  # samovar
    "NR-021": (CLOTH, "#c2410c", "#fdba74"),  # tablecloth
    "NR-022": (BOTTLE, "#475569", "#0f172a"),  # thermos
    "NR-023": (CLOTH, "#5eead4", "#0f766e"),  # towel
    "NR-024": (PAN, "#334155", "#64748b"),  # frying pan
    "NR-025": (BOX, "#60a5fa", "#1d4ed8"),  # washing powder
    "NR-026": (BOX, "#84cc16", "#4d7c0f"),  # soap
    "NR-027": (BOTTLE, "#34d399", "#065f46"),  # shampoo
    "NR-028": (BOX, "#e0e7ff", "#818cf8"),  # tissues
}
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 120">'
    '<path d="M60 16c34 20 44 52 20 88-30-4-48-40-20-88z" fill="#15803d"/>'
    '<path d="M58 34c6 26 8 46 4 84" stroke="#bbf7d0" stroke-width="5" fill="none"/>'
    '<text x="116" y="84" font-family="sans-serif" font-size="64" font-weight="700"'
    ' textLength="228" lengthAdjust="spacingAndGlyphs"'
    ' fill="#14532d">Narvan</text></svg>'
)


def _image(svg):
    return base64.b64encode(svg.encode())


def _picture(shape, first, second):
    return _image(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">'
        '<rect width="256" height="256" fill="#f8fafc"/>'
        f"{shape.format(a=first, b=second)}</svg>"
    )


class ProductProduct(models.Model):
    # A part of the model: the demo shop's pictures.
    _inherit = "product.product"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _show_demo_goods(self):
        """Give the demo shop's goods their pictures and barcodes."""
        products = self.search([("default_code", "in", list(PICTURES))])
        for product in products:
            product.image_1920 = _picture(*PICTURES[product.default_code])
            product.barcode = demo_barcode(f"6269900{product.default_code[-3:]}01")


class ResCompany(models.Model):
    # A part of the model: the demo shop's pictures.
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _show_demo_logo(self):
        (self | self.child_ids).logo = _image(LOGO)


def demo_barcode(digits):
    """Twelve digits with the check digit of an EAN-13."""
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)
    )
    return f"{digits}{-weighted % 10}"

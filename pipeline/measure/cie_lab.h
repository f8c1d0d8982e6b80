// Colours as CIE L*a*b*, in plain arithmetic.
#pragma once

#include <array>
#include <cstddef>

namespace fairground {

/// CIE 1976 L*a*b* (CIE 15:2004, section 8.2.1) for the white of sRGB, which is D65.
struct CieLab {
  double lightness = 0.0;  ///< L*: 0 is black, 100 white
  double a = 0.0;          ///< a*: red above 0, green below
  double b = 0.0;          ///< b*: yellow above 0, blue below
};

/// Linear light of the sRGB primaries: red, green, blue; 1 is white.
using LinearRgb = std::array<double, 3>;

/// Grey has a* = b* = 0 to the last bits. Light below 0 and above white goes on along the same curves.
[[nodiscard]] CieLab cie_lab(const LinearRgb& rgb);

/// Its inverse. Colours that sRGB has not are below 0 or above 1.
[[nodiscard]] LinearRgb linear_rgb(const CieLab& lab);

[[nodiscard]] double lab_chroma(const CieLab& lab);
/// atan2(b*, a*) in degrees, above -180 and up to 180. 0 for grey.
[[nodiscard]] double lab_hue_deg(const CieLab& lab);
/// Individual typology angle (Chardon, Cretois and Hourseau, "Skin colour typology and suntanning pathways", Int. J.
/// Cosmetic Science 13(4), 1991): atan2(L* - 50, b*) in degrees. Blue counts as no yellow, so that it stays within -90
/// to 90.
[[nodiscard]] double lab_ita_deg(const CieLab& lab);

/// Of many pixels, in single precision: for light from 0 to 1 within 1e-3 of cie_lab in each coordinate. The outputs
/// may be the inputs, in any order.
void cie_lab_row(const float* red, const float* green, const float* blue, float* lightness, float* a, float* b,
                 std::size_t count);

}  // namespace fairground

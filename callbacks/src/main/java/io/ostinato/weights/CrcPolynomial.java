package io.ostinato.weights;

/**
 * Arithmetic with the remainders of a reflected CRC of 32 bits: polynomials over the field of two
 * elements, modulo the polynomial of the CRC. Bit 31 is the coefficient of x<sup>0</sup>. The
 * arithmetic is that of {@code crc32_combine} in zlib.
 */
enum CrcPolynomial {
  /** The polynomial of {@link java.util.zip.CRC32}. */
  CRC_32(0xEDB88320, (1L << 32) - 1),
  /** The polynomial of {@link java.util.zip.CRC32C}. */
  CRC_32C(0x82F63B78, (1L << 31) - 1);

  private static final int ONE = 1 << 31;
  private static final int X = 1 << 30;

  private final int modulus;
  private final long order;
  private final int[] squares = new int[Integer.SIZE];

  /**
   * A polynomial.
   *
   * @param order the smallest positive n with x<sup>n</sup> = 1
   */
  CrcPolynomial(int modulus, long order) {
    this.modulus = modulus;
    this.order = order;
    squares[0] = X;
    for (int i = 1; i < squares.length; i++) {
      squares[i] = product(squares[i - 1], squares[i - 1]);
    }
  }

  int product(int one, int other) {
    int product = 0;
    int shifted = other;
    for (int rest = one; rest != 0; rest <<= 1) {
      if (rest < 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ modulus;
    }
    return product;
  }

  /** Returns x<sup>n</sup>; n can be negative. */
  int power(long n) {
    int power = ONE;
    int square = 0;
    for (long rest = Math.floorMod(n, order); rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power = product(power, squares[square]);
      }
      square++;
    }
    return power;
  }

  /**
   * Removes the inversions with which the CRC of some bytes begins and ends, so that the CRC of a
   * concatenation is a sum.
   */
  int linear(int crc, long bytes) {
    return ~crc ^ product(~0, power(8 * bytes));
  }
}

package io.ostinato.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.DefaultLocale;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {

  @Test
  void sumsAreThoseOfBigDecimalForAnyDoubles() {
    Random random = new Random(20261124);
    for (int run = 0; run < 400; run++) {
      ExactSum sum = new ExactSum();
      BigDecimal expected = BigDecimal.ZERO;
      int count = 1 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        double value = anyFinite(random, run);
        sum.add(value);
        expected = expected.add(new BigDecimal(value));
      }
      assertThat(sum.exact()).isEqualByComparingTo(expected);
      assertThat(sum.value()).isEqualTo(expected.doubleValue());
      assertThat(ExactSum.parse(sum.toString())).isEqualTo(sum);
      assertThat(ExactSum.parse(sum.toString()).value()).isEqualTo(sum.value());
    }
  }

  @Test
  void theTextIsReadBackWhateverTheLanguageOfTheMachine() {
    ExactSum sum = new ExactSum();
    sum.add(3.0);
    sum.add(Double.NaN);
    try (DefaultLocale arabic = DefaultLocale.of("ar-EG")) {
      assertThat(arabic).isNotNull();
      assertThat(sum.toString()).matches("[0-9a-f]+:1:0:0");
      assertThat(ExactSum.parse(sum.toString())).isEqualTo(sum);
    }
  }

  @Test
  void mergingInAnyOrderGivesTheSameSum() {
    Random random = new Random(3);
    ExactSum[] parts = new ExactSum[8];
    ExactSum whole = new ExactSum();
    for (int part = 0; part < parts.length; part++) {
      parts[part] = new ExactSum();
      for (int i = 0; i < 100; i++) {
        double value = anyFinite(random, i);
        parts[part].add(value);
        whole.add(value);
      }
    }
    ExactSum forward = new ExactSum();
    ExactSum backward = new ExactSum();
    for (int part = 0; part < parts.length; part++) {
      forward.add(parts[part]);
      backward.add(parts[parts.length - 1 - part]);
    }
    assertThat(forward).isEqualTo(whole).isEqualTo(backward).hasSameHashCodeAs(backward);
    forward.add(forward);
    assertThat(forward.exact()).isEqualByComparingTo(whole.exact().multiply(BigDecimal.valueOf(2)));
  }

  @Test
  void nothingIsLostBetweenHugeAndTiny() {
    ExactSum sum = new ExactSum();
    sum.add(1e308);
    sum.add(Double.MIN_VALUE);
    sum.add(-1e308);
    assertThat(sum.value()).isEqualTo(Double.MIN_VALUE);
    ExactSum overflow = new ExactSum();
    overflow.add(Double.MAX_VALUE);
    overflow.add(Double.MAX_VALUE);
    assertThat(overflow.value()).isEqualTo(Double.POSITIVE_INFINITY);
    overflow.add(-Double.MAX_VALUE);
    assertThat(overflow.value()).isEqualTo(Double.MAX_VALUE);
    assertThat(new ExactSum().value()).isEqualTo(0.0);
  }

  @Test
  void roundingIsToTheNearestAndThenToTheEven() {
    ExactSum tie = new ExactSum();
    tie.add(1);
    tie.add(Math.ulp(1.0) / 2);
    assertThat(tie.value()).isEqualTo(1.0);
    tie.add(Double.MIN_VALUE);
    assertThat(tie.value()).isEqualTo(Math.nextUp(1.0));
    ExactSum odd = new ExactSum();
    odd.add(-Math.nextUp(1.0));
    odd.add(-Math.ulp(1.0) / 2);
    assertThat(odd.value()).isEqualTo(-1 - 2 * Math.ulp(1.0));
  }

  @Test
  void productsAreNotRounded() {
    ExactSum sum = new ExactSum();
    double a = 1 + Math.ulp(1.0);
    sum.addProduct(a, a);
    assertThat(sum.exact()).isEqualByComparingTo(new BigDecimal(a).multiply(new BigDecimal(a)));
  }

  @Test
  void whatIsNoFiniteNumberIsNotHidden() {
    ExactSum infinite = new ExactSum();
    infinite.add(1);
    infinite.add(Double.POSITIVE_INFINITY);
    assertThat(infinite.value()).isEqualTo(Double.POSITIVE_INFINITY);
    ExactSum both = new ExactSum();
    both.add(Double.NEGATIVE_INFINITY);
    assertThat(both.value()).isEqualTo(Double.NEGATIVE_INFINITY);
    both.add(infinite);
    assertThat(both.value()).isNaN();
    ExactSum nan = new ExactSum();
    nan.add(Double.NaN);
    assertThat(nan.value()).isNaN();
    assertThat(ExactSum.parse(nan.toString()).value()).isNaN();
    assertThatThrownBy(nan::exact)
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("the sum is NaN");
    assertThatThrownBy(() -> ExactSum.parse("1:2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'1:2' is not a valid exact sum");
  }

  /** Of all magnitudes, or all near each other, so that they cancel. */
  private static double anyFinite(Random random, int run) {
    double value =
        run % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextGaussian() * 1e-300;
    return Double.isFinite(value) && Math.abs(value) < 1e300 ? value : Double.MIN_VALUE;
  }
}

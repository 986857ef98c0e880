package io.ostinato.describe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ByteSizeTest {

  @Test
  void unitsArePowersOf1024InAnyCase() {
    assertThat(bytes("0")).isZero();
    assertThat(bytes("5b")).isEqualTo(5);
    assertThat(bytes("3k")).isEqualTo(3 << 10);
    assertThat(bytes("512MB")).isEqualTo(512 << 20);
    assertThat(bytes("2g")).isEqualTo(2L << 30);
    assertThat(bytes("4T")).isEqualTo(4L << 40);
    assertThat(bytes("1pb")).isEqualTo(1L << 50);
    assertThat(bytes("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anythingElseIsNoSize() {
    assertThat(List.of("", "-1", "g", "1.5g", "2 gigabytes", "2bk", "9223372036854775808", "8192p"))
        .allSatisfy(text -> assertThat(ByteSize.parse(text)).isEmpty());
  }

  private static long bytes(String text) {
    return ByteSize.parse(text).orElseThrow().bytes();
  }
}

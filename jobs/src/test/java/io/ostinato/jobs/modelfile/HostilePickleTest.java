package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pickles that are small but have no end, or almost none. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("spark35")
class HostilePickleTest {
  private static final String TENSOR = "Pstorage\n";
  private static final String UNREADABLE = "it looks like a file of torch.save but can't be read";

  private final StringBuilder pickle = new StringBuilder("\u0080\2");

  @Test
  void aDictThatContainsItself() throws IOException {
    pickle.append("}q\0");
    put("weight", TENSOR);
    put("self", "h\0");
    put("number", "K\1");
    assertThat(words()).startsWith("it is a state_dict, ");
  }

  @Test
  void dictsThatContainOneAnotherManyTimes() throws IOException {
    pickle.append("}q\0");
    put("weight", TENSOR);
    put("number", "K\1");
    for (int i = 0; i < 1_000; i++) {
      put("key" + i, "h\0");
    }
    assertThat(words()).contains("torch.save");
  }

  @Test
  void dictsThatAreNestedWithoutEnd() throws IOException {
    int levels = 100_000;
    for (int i = 0; i < levels; i++) {
      pickle.append("}");
      put("weight", TENSOR);
      put("number", "K\1");
      pickle.append("X").append(size(4)).append("next");
    }
    pickle.append("}").append("s".repeat(levels));
    assertThat(words()).contains("torch.save");
  }

  @Test
  void listsThatAreNestedWithoutEnd() throws IOException {
    pickle.append("]".repeat(1_000_000)).append("a".repeat(999_999));
    assertThat(words()).contains("torch.save");
    pickle.setLength(2);
    pickle.append("(".repeat(100_000)).append("t".repeat(100_000));
    assertThat(words()).contains("torch.save");
  }

  @Test
  void moreValuesThanAnyFileHas() throws IOException {
    pickle.append("}".repeat(3_000_000));
    assertThat(words()).startsWith(UNREADABLE);
  }

  @Test
  void moreNumbersOfValuesThanAnyFileHas() throws IOException {
    pickle.append("}");
    for (int i = 0; i < 3_000_000; i++) {
      pickle.append("r").append((char) (i & 0xFF)).append((char) (i >> 8 & 0xFF));
      pickle.append((char) (i >> 16)).append("\0");
    }
    assertThat(words()).startsWith(UNREADABLE);
  }

  @Test
  void manyCallsWithManyArguments() throws IOException {
    pickle.append("(").append("N".repeat(900_000)).append("tq\1");
    for (String function : new String[] {"cany\nthing\n", "ctorch._utils\n_rebuild_tensor\n"}) {
      pickle.append(function).append("q\2").append("h\2h\1R".repeat(100_000));
    }
    assertThat(words()).contains("torch.save");
  }

  @Test
  void namesThatAreTooLong() throws IOException {
    pickle.append("}q\0");
    pickle.append("X").append(size(1_000_000)).append("x".repeat(1_000_000)).append("}");
    for (int i = 0; i < 60_000; i++) {
      put("w" + i, TENSOR);
    }
    pickle.append("s");
    byte[] content = (pickle + ".").getBytes(StandardCharsets.ISO_8859_1);
    TorchSaveContent saved = TorchSaveContent.ofArchive(PickleFixtures.storedArchive(content));
    assertThatThrownBy(() -> SavedTensors.of(saved))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the names of its values have more than 2000 characters");
  }

  @Test
  void lengthsBeyondTheFile() throws IOException {
    for (String operation :
        new String[] {
          "X\u00FF\u00FF\u00FF\u007F",
          "T\u00FF\u00FF\u00FF\u00FF",
          "\u008B\0\0\0\u0080",
          "\u008D\u00FF\u00FF\u00FF\u00FF\0\0\0\0",
          "\u008E\0\0\0\0\0\0\0\u0080",
          "U\u00FF",
          "r\u00FF\u00FF\u00FF\u00FF",
          "p999999999999999999999\n",
          "h\u00FF\u0085\u0087",
          "1",
          "e"
        }) {
      pickle.setLength(2);
      pickle.append(operation);
      assertThat(words()).as(operation).startsWith(UNREADABLE);
    }
  }

  @Test
  void namesAreShownInOneShortLine() throws IOException {
    pickle.append("}");
    put("number", "K\1");
    put("a\u001b[31m\n" + "x".repeat(60_000), "K\1");
    assertThat(words())
        .contains("['number']")
        .doesNotContain("\n", "\u001b")
        .hasSizeLessThan(1_000);
  }

  private void put(String key, String value) {
    pickle.append("X").append(size(key.length())).append(key).append(value).append("s");
  }

  private static String size(int length) {
    return "" + (char) (length & 0xFF) + (char) (length >> 8 & 0xFF) + (char) (length >> 16) + "\0";
  }

  private String words() throws IOException {
    byte[] content = (pickle + ".").getBytes(StandardCharsets.ISO_8859_1);
    return OtherFormat.mistakeOf("net.bin", PickleFixtures.archive(content)).orElseThrow();
  }
}

package io.ostinato.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.pickle.Pickled.Whole;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PickleReaderTest {

  /** Python 2 pickles its entries as an argument of the class. */
  @Test
  void anOrderedDictHasTheEntriesThatItIsCreatedWith() {
    String pairs = "((U\1aK\1l(U\1bK\2tl";
    assertThat(read("\u0080\2ccollections\nOrderedDict\n" + pairs + "\u0085R.").entries())
        .isEqualTo(Map.of("a", new Whole(1), "b", new Whole(2)));
    String others = "(K\3)(U\1aK\1K\2tN(U\1bK\2tl";
    assertThat(read("\u0080\2ccollections\nOrderedDict\n" + others + "\u0085R.").entries())
        .isEqualTo(Map.of("b", new Whole(2)));
  }

  private static Pickled read(String pickle) {
    return new PickleReader(pickle.getBytes(StandardCharsets.ISO_8859_1)).next();
  }
}

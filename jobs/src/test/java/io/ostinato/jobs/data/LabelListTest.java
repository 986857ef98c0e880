package io.ostinato.jobs.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelListTest {
  @TempDir private Path folder;

  @Test
  void aFileCanHaveTheLineEndsOfAnySystemAndAByteOrderMark() throws IOException {
    for (String text :
        List.of("cat\ndog", "cat\ndog\n", "cat\r\ndog\r\n", "\ufeffcat\r\ndog", "cat\rdog\r")) {
      assertThat(LabelList.of(List.of(file(text)), new Configuration(false)).size())
          .as(text)
          .isEqualTo(2);
    }
  }

  @Test
  void aLineOfSpacesIsNoLabel() throws IOException {
    for (String text : List.of("cat\n  \ndog\n", "cat\r\n\t\r\n", "cat\n\ndog", "cat\n \n")) {
      String file = file(text);
      assertThatThrownBy(() -> LabelList.of(List.of(file), new Configuration(false)))
          .hasMessage(
              "labels '%s': line 2 is empty; each line must have the label of a class", file);
    }
  }

  private String file(String text) throws IOException {
    return Files.write(folder.resolve("labels.txt"), text.getBytes(StandardCharsets.UTF_8))
        .toString();
  }
}

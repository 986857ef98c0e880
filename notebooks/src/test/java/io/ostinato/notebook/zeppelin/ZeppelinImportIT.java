package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ostinato.notebook.zeppelin.ZeppelinNote.Output;
import io.ostinato.notebook.zeppelin.ZeppelinNote.Paragraph;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Zeppelin imports the notes with their saved outputs. */
class ZeppelinImportIT {
  private static final String MARKDOWN = "org.apache.zeppelin.markdown.FlexmarkParser";

  @TempDir Path folder;

  @Test
  void notesAreImportedWithTheirOutputs() throws Exception {
    List<Path> files = ZeppelinNote.files();
    assertThat(files).hasSize(4);
    try (ZeppelinServer server = ZeppelinServer.start(ZeppelinJars.classPath(), folder)) {
      for (Path file : files) {
        ZeppelinNote note = ZeppelinNote.read(file);
        ZeppelinNote imported = server.imported(file);
        assertThat(imported.path()).isEqualTo(note.path());
        assertThat(imported.paragraphs())
            .extracting(Paragraph::text, Paragraph::saved)
            .isEqualTo(
                note.paragraphs().stream().map(each -> tuple(each.text(), each.saved())).toList());
        assertThat(imported.paragraphs())
            .allMatch(paragraph -> paragraph.isFor("spark") || paragraph.isFor("md"));
      }
    }
  }

  /** {@code -Dostinato.notes.write=true} saves the texts anew. */
  @Test
  void textsAreSavedAsZeppelinRendersThem() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader zeppelin = loader(ZeppelinJars.classPath())) {
      Thread.currentThread().setContextClassLoader(zeppelin); // for its log
      Class<?> type = zeppelin.loadClass(MARKDOWN);
      Object parser = type.getConstructor().newInstance();
      Method render = type.getMethod("render", String.class);
      for (Path file : ZeppelinNote.files()) {
        ZeppelinNote note = ZeppelinNote.read(file);
        for (Paragraph paragraph : note.paragraphs()) {
          if (paragraph.isFor("md")) {
            Output html = new Output("HTML", (String) render.invoke(parser, paragraph.code()));
            if (Boolean.getBoolean("ostinato.notes.write")) {
              paragraph.save(List.of(html));
              note.write(file);
            }
            assertThat(paragraph.saved()).containsExactly(html);
          }
        }
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static URLClassLoader loader(String classPath) throws IOException {
    URL[] jars =
        Arrays.stream(classPath.split(File.pathSeparator))
            .map(ZeppelinImportIT::url)
            .toArray(URL[]::new);
    return new URLClassLoader(jars, ClassLoader.getPlatformClassLoader());
  }

  private static URL url(String jar) {
    try {
      return Path.of(jar).toUri().toURL();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

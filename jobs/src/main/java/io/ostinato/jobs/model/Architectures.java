package io.ostinato.jobs.model;

import io.ostinato.describe.Kinds;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.jobs.config.KindText;
import io.ostinato.jobs.config.Mistakes;
import java.util.Iterator;
import java.util.List;

/** Parses architectures given on the command line. */
public final class Architectures {
  private static final String MODEL = "model";

  private Architectures() {}

  /**
   * Parses an architecture in one of these forms.
   *
   * <ul>
   *   <li>{@code mlp:outputs=10,input_shape=[64],hidden=[512,256]}: a kind and its keys, as in the
   *       section {@code model} of a training's configuration; the kind alone if it requires no
   *       keys
   *   <li>{@code {kind: mlp, outputs: 10, input_shape: [64]}}: the same as YAML
   *   <li>{@code com.example.MyNet:input_shapes=[[1,8,8]]}: a user's class
   *   <li>{@code runs/a/config.yaml}: a file, a local path or a URI, of which only the section
   *       {@code model} is used
   * </ul>
   *
   * @param option the name of the option for messages, such as {@code --architecture}
   * @throws ConfigurationException if the text is invalid; lists all mistakes, one per line
   */
  public static Architecture parse(String option, String text) {
    Mistakes mistakes = new Mistakes();
    Configuration configuration = configuration(option, text, mistakes);
    mistakes.throwIfAny();
    return configuration.bind(Architecture.class).value();
  }

  /**
   * Reads the text of an architecture as a configuration; see {@link #parse}.
   *
   * @throws IllegalArgumentException if it names a file that can't be read
   */
  public static Configuration configuration(String option, String text, Mistakes mistakes) {
    return isFile(text)
        ? Configuration.read(text, ConfigurationFile.read(text), List.of(), mistakes).section(MODEL)
        : Configuration.line(option + " " + text, KindText.yaml(text), mistakes);
  }

  /** The kinds of architectures, for the help and shell completion. */
  public static final class ArchitectureKinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Kinds.of(Architecture.class).names().iterator();
    }
  }

  private static boolean isFile(String text) {
    return text.endsWith(".yaml") || text.endsWith(".yml");
  }
}

package io.ostinato.spark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenizerFileTest {
  @Test
  void theTokensForPaddingIsThatOfThePaddingOrHasAUsualName() {
    assertThat(padding("'padding':{'pad_id':5,'pad_type_id':2},'model':{'vocab':{'[PAD]':1}}"))
        .isEqualTo(new PaddingToken(5, 2, true));
    assertThat(padding("'padding':null,'model':{'vocab':{'[PAD]':1}}"))
        .isEqualTo(new PaddingToken(1, 0, true));
    assertThat(
            padding("'added_tokens':[{'id':9,'content':'<pad>'}],'model':{'vocab':[['a',-1.5]]}"))
        .isEqualTo(new PaddingToken(9, 0, true));
    assertThat(padding("'model':{'vocab':{'a':0}}")).isEqualTo(new PaddingToken(0, 0, false));
  }

  @Test
  void contentIsKeptExceptTruncationAndPadding() throws Exception {
    TokenizerFile file =
        of("'truncation':{'max_length':6},'padding':null,'model':{'vocab':[['\u00e9<',-1.25e-7]]}");
    assertThat(new String(file.json().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{'truncation':null,'padding':null,'model':{'vocab':[['\u00e9<',-1.25e-7]]}}"
                .replace('\'', '"'));
    assertThat(file.replaced()).containsExactly("truncation {\"max_length\":6}");
    assertThat(file.hash()).hasSize(64).isNotEqualTo(of("'model':{}").hash());
  }

  @Test
  void whatIsNoTokenizerIsRefused() {
    refused("", "it is not a JSON object, so it is not a tokenizer.json");
    refused("[CLS]\n[SEP]\n", "it is not valid JSON, so it is not a tokenizer.json: ");
    refused(
        "{\"tokenizer_class\":\"BertTokenizer\"}",
        "it has no 'model', so it is not a tokenizer.json; a tokenizer_config.json is not enough;"
            + " save one in Python with tokenizer.save_pretrained(folder)");
  }

  private static PaddingToken padding(String keys) {
    return of(keys).padding();
  }

  private static TokenizerFile of(String keys) {
    return TokenizerFile.of(
        "{%s}".formatted(keys).replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(String content, String problem) {
    assertThatThrownBy(() -> TokenizerFile.of(content.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem);
  }
}

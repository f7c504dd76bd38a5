"""What Streamlit is kept from doing again and again comes out as it does by itself."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig

from pages._ui.shell import streamlit_pace

SECTIONS = ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar"]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_theme_that_was_read_once_is_the_one_that_streamlit_reads(section: str) -> None:
    own, first, second = CustomThemeConfig(), CustomThemeConfig(), CustomThemeConfig()
    streamlit_pace._read_theme(own, section)
    assert (own != CustomThemeConfig()) == any(config.get_options_for_section(section).values())
    for message in (first, second):
        streamlit_pace._theme_as_read(message, section)
        assert message == own
